package org.postern.app.doctor;

/**
 * One thing that was looked at.
 *
 * @param check the check's name, such as {@code ptr}
 * @param level how it is
 * @param what what was seen, one sentence with the names and figures
 * @param why why it matters; empty where all is well
 * @param type a command to type next; empty where there is nothing to do
 */
public record Finding(String check, Level level, String what, String why, String type) {
    /** Looked at, and well. */
    public static Finding ok(String check, String what) {
        return new Finding(check, Level.OK, what, "", "");
    }

    /** Not looked at. */
    public static Finding notChecked(String check, String what, String why, String type) {
        return new Finding(check, Level.NOT_CHECKED, what, why, type);
    }

    /** Should be mended when there is time. */
    public static Finding warning(String check, String what, String why, String type) {
        return new Finding(check, Level.WARNING, what, why, type);
    }

    /** Must be mended now. */
    public static Finding failure(String check, String what, String why, String type) {
        return new Finding(check, Level.FAILURE, what, why, type);
    }
}
