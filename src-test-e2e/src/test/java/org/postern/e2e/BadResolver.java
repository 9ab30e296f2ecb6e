package org.postern.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A resolver that does not do what resolvers do, on a loopback port; it counts what it is asked.
 */
final class BadResolver extends LoopbackResolver {
    /** What it does with a question. */
    enum Manner {
        /** It says nothing. */
        HANGS,
        /** It answers every question with another id. */
        WRONG_ID,
        /** It answers another question than the one asked, with an answer to it. */
        OTHER_QUESTION,
        /** It says that the answer is too long, and has no TCP. */
        TRUNCATES,
        /** It sends half a header. */
        GARBAGE,
        /** It sends twenty wrong answers to each question. */
        FLOODS
    }

    private final Manner manner;
    private final AtomicInteger questions = new AtomicInteger();

    private BadResolver(Manner manner) {
        this.manner = manner;
    }

    /** Starts one. */
    static BadResolver start(Manner manner) {
        BadResolver resolver = new BadResolver(manner);
        resolver.begin("bad-resolver");
        return resolver;
    }

    /** How many questions came. */
    int questions() {
        return questions.get();
    }

    @Override
    void heard(byte[] question, InetAddress whose, int port) throws IOException {
        questions.incrementAndGet();
        byte[] answer = question.clone();
        answer[2] |= (byte) 0x80; // a response
        switch (manner) {
            case HANGS -> {
                return;
            }
            case WRONG_ID -> answer[0] ^= 0x55;
            case OTHER_QUESTION -> answer[13] ^= 0x01; // the first letter of the name
            case TRUNCATES -> answer[2] |= 0x02;
            case GARBAGE -> answer = Arrays.copyOf(answer, 7);
            case FLOODS -> {
                answer[0] ^= 0x55;
                for (int i = 0; i < 20; i++) {
                    answer(answer, whose, port);
                }
            }
        }
        answer(answer, whose, port);
    }
}
