import type { PayloadSchema } from "@millrace/core"

/** A Standard Schema that takes whatever there is. What JSON can not hold is refused by whoever stores it. */
export const anyJson: PayloadSchema = {
  "~standard": { version: 1, vendor: "millrace", validate: (value) => ({ value }) },
}
