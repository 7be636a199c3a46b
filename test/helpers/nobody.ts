/**
 * A port of 127.0.0.1 on which nobody listens (tcpmux, RFC 1078). One that was free a moment ago may be somebody's by now.
 */
export const NOBODY = 1
