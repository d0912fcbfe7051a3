// A field's name as the laxest reader has it.

/**
 * CGI (RFC 3875 section 4.1.18), and with it WSGI, Rack and PHP, hand "X-Weir-Subject" and
 * "X_Weir_Subject" to the application under one name; so do some that fold dots or blanks. So names that
 * mean something are compared with everything but letters and digits as "-", in lower case.
 */
export function foldedName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "-");
}
