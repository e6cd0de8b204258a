/** A list of numbers as Postgres writes arrays. */
export function numberList(values: readonly (number | null)[]): string {
  return `{${values.map((value) => (value === null ? "NULL" : value)).join(",")}}`
}

/** A list of texts as Postgres writes arrays: all quoted, so that nothing in them means anything. */
export function textList(values: readonly (string | null)[]): string {
  let list = "{"
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at]
    if (at > 0) list += ","
    list += value === null || value === undefined ? "NULL" : `"${SPECIAL.test(value) ? escape(value) : value}"`
  }
  return `${list}}`
}

const SPECIAL = /["\\]/

function escape(value: string): string {
  return value.replaceAll(/["\\]/g, String.raw`\$&`)
}
