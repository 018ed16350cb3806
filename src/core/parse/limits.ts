/**
 * Most findings that one review keeps. The first ones stay, in the order written: a flood can lose recall by the cut but
 * never gain precision from it, and the review says that it was cut (`isCapped`).
 */
export const maxFindings = 1_000;

/** Most characters that are read as prose; the rest of a longer text is not looked at, and the review says so. */
export const maxProse = 2_000_000;
