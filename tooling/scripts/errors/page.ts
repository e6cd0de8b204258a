import type { CodedError } from "./coded.ts"

/** The page that lists every error code. */
export function errorsPage(errors: readonly CodedError[]): string {
  const packages = [...new Set(errors.map((error) => error.package))].toSorted()
  const tables = packages.flatMap((name) => [
    `## ${name}`,
    "",
    "| code | error | when | what to do |",
    "| --- | --- | --- | --- |",
    ...errors
      .filter((error) => error.package === name)
      .toSorted((a, b) => (a.name === b.name ? 0 : a.name < b.name ? -1 : 1))
      .map(
        ({ code, name: error, cause, remedy }) => `| \`${code}\` | \`${error}\` | ${cell(cause)} | ${cell(remedy)} |`,
      ),
    "",
  ])
  return [
    "# Errors",
    "",
    "<!-- Generated from the packages by `npm run errors`; `npm run check` tells when it has drifted. -->",
    "",
    "Every error that Millrace throws at you has a `code` that does not change, and a message that says what to do. Compare the code, or the class; never the message.",
    "",
    ...tables,
  ].join("\n")
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|")
}
