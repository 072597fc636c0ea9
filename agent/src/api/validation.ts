import type { z } from "zod";

import type { FieldError } from "../core/index.js";
import { issueWords } from "../core/index.js";
import { Problem } from "./problem.js";

/** Complaints listed in one answer; more would only repeat the same mistake. */
const MAX_ERRORS_LISTED = 32;

/** Characters of a field's path that are echoed: a hostile name may be as long as the body. */
const MAX_FIELD_CHARACTERS = 200;

/** Checks a value that came from outside. Throws a {@link Problem} (400) that names each field. */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const result = schema.safeParse(value, { error: issueWords });
  if (result.success) return result.data;
  throw invalidFields(fieldErrors(result.error));
}

export function invalidFields(errors: readonly FieldError[]): Problem {
  const [first] = errors;
  const detail =
    first === undefined ? "the request does not have the expected form" : describe(first);
  return new Problem("invalid_fields", detail, { errors });
}

function describe({ field, reason }: FieldError): string {
  return field === "" ? reason : `${field}: ${reason}`;
}

function fieldErrors(error: z.ZodError): FieldError[] {
  const errors: FieldError[] = [];
  for (const issue of error.issues) {
    const names =
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => [...issue.path, key])
        : [issue.path];
    const reason = issue.code === "unrecognized_keys" ? "is not a known field" : issue.message;
    for (const path of names) {
      if (errors.length === MAX_ERRORS_LISTED) return errors;
      errors.push({ field: path.map(String).join(".").slice(0, MAX_FIELD_CHARACTERS), reason });
    }
  }
  return errors;
}
