package org.postern.queue.delivery;

/** The two protocols; they differ in the greeting and in who is answered after the content. */
enum Dialect {
    /** RFC 5321: one final reply for all recipients. */
    SMTP("EHLO"),
    /** RFC 2033: one final reply for each recipient that was accepted. */
    LMTP("LHLO");

    private final String hello;

    Dialect(String hello) {
        this.hello = hello;
    }

    /** The verb that asks for extensions. */
    String hello() {
        return hello;
    }
}
