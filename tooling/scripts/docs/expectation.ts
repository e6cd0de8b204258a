import { inspect } from "node:util"

const squeeze = (text: string) => text.replace(/\s+/g, " ").trim()
const withoutBlanks = (text: string) => text.replace(/\s+/g, "")

/** The ways a value may be written behind `// =>`: itself if it is text, as Node prints it, or as JSON. */
function shapesOf(value: unknown): string[] {
  const printed = inspect(value, { depth: 10, breakLength: Infinity, maxArrayLength: 1000 })
  const json = JSON.stringify(value)
  return [...(typeof value === "string" ? [value] : []), printed, printed.replaceAll("'", '"'), json ?? "undefined"]
}

function fail(place: string, expected: string, actual: string): void {
  console.log(`${place}: should show ${squeeze(expected)}, shows ${actual}`)
  process.exitCode = 1
}

/** What the promises of the documentation are compared with. */
export const expectation = {
  shows(place: string, value: unknown, expected: string): void {
    const shapes = shapesOf(value)
    if (!shapes.some((shape) => withoutBlanks(shape) === withoutBlanks(expected)))
      fail(place, expected, inspect(value, { depth: 10, breakLength: Infinity }))
  },

  async throws(place: string, run: () => unknown, words: string): Promise<void> {
    try {
      await run()
    } catch (error) {
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      if (!squeeze(text).includes(squeeze(words))) fail(place, `an error with "${words}"`, text)
      return
    }
    fail(place, `an error with "${words}"`, "none")
  },
}
