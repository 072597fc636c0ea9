// The limits of a call on the wire, apart from its schema so that the middleware need not load it.

/** A Kubernetes name (RFC 1123 subdomain) has at most 253 characters; other systems have fewer. */
export const MAX_NAME_CHARACTERS = 253;
/** No slash: a workload's key is `namespace/kind/name`. */
export const NAME_FORM = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
export const NAME_RULE =
  "expected letters, digits, '.', '_' and '-', with a letter or digit at both ends";
/** More than any id in use: a UUID has 36, a trace id 32. */
export const MAX_ID_CHARACTERS = 256;
/** Servers commonly take request lines of 8 KB; what tells operations apart is at the front. */
export const MAX_PATH_CHARACTERS = 2048;
export const MAX_METHOD_CHARACTERS = 32;
/** RFC 6838 allows 127 characters on each side of the slash. */
export const MAX_FORMAT_CHARACTERS = 255;
export const MAX_IDENTITY_CHARACTERS = 1024;
export const MAX_ROLE_CHARACTERS = 256;
/** Roles, groups or permissions of one call. */
export const MAX_ROLES = 64;
/** Arguments of one call, those of the query string included. */
export const MAX_ARGUMENTS = 64;
export const MAX_ARGUMENT_NAME_CHARACTERS = 256;
/** RFC 3339 with nanoseconds and an offset has 35. */
export const MAX_TIMESTAMP_CHARACTERS = 64;
