package org.sqlite.date;

import java.text.ParseException;
import java.util.Date;
import java.util.TimeZone;

/**
 * Stands before the driver's class of this name, which each connection makes whether or not it ever reads a date as text: patterns, calendars, time
 * zones and the names of months, which an agent would keep in memory for ever. The ledger keeps times as numbers.
 */
@SuppressWarnings("DoNotCallSuggester") // the driver would call it, if there were dates
public final class FastDateFormat {
    private final String pattern;

    private FastDateFormat(String pattern) {
        this.pattern = pattern;
    }

    public static FastDateFormat getInstance(String pattern) {
        return new FastDateFormat(pattern);
    }

    public static FastDateFormat getInstance(String pattern, TimeZone zone) {
        return new FastDateFormat(pattern);
    }

    public String format(Date date) {
        throw new UnsupportedOperationException("the ledger has no dates");
    }

    public Date parse(String text) throws ParseException {
        throw new UnsupportedOperationException("the ledger has no dates");
    }

    public String getPattern() {
        return pattern;
    }
}
