import { styleText } from "node:util"

/** Where a verb says what it has to say. */
export interface Output {
  /** Whether one JSON document (or for lists that go on, a line each) is wanted in place of text. */
  readonly json: boolean
  /** A line of text. */
  line(text: string): void
  /** The answer: `value` as JSON, or what `render` makes of it. */
  answer(value: unknown, render: () => string): void
  /** The text in bold, on a terminal that shows it. */
  bold(text: string): string
  /** The text in a colour, on a terminal that shows it. */
  colour(colour: "red" | "green" | "yellow" | "gray", text: string): string
}

/** Output to a stream: colours only where it is a terminal and `NO_COLOR` is not set. */
export function outputTo(stream: NodeJS.WriteStream, json: boolean): Output {
  const styled = (style: Parameters<typeof styleText>[0], text: string): string =>
    styleText(style, text, { stream, validateStream: true })
  return {
    json,
    line: (text) => void stream.write(`${text}\n`),
    answer: (value, render) => void stream.write(`${json ? JSON.stringify(value, undefined, 2) : render()}\n`),
    bold: (text) => styled("bold", text),
    colour: (colour, text) => styled(colour, text),
  }
}
