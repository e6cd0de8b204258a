import type { Window } from "./windows.ts"

const WIDTH = 760
const HEIGHT = 260
const MARGIN = 48

/** The lines of a plot: what they show, and in which colour. */
const LINES = [
  { name: "stored, p99", colour: "#1f6feb", read: ({ stored }: Window) => stored.p99 },
  { name: "handled, p99", colour: "#cf5c00", read: ({ handled }: Window) => handled.p99 },
  { name: "stored, p50", colour: "#7fb0f5", read: ({ stored }: Window) => stored.p50 },
  { name: "handled, p50", colour: "#f0a868", read: ({ handled }: Window) => handled.p50 },
] as const

/** Latencies over time as an SVG, on a logarithmic scale of milliseconds. */
export function drawLatencies(title: string, seen: readonly Window[]): string {
  const values = seen.flatMap((one) => LINES.map(({ read }) => read(one))).filter((value) => value > 0)
  const low = Math.floor(Math.log10(Math.min(...values, 1)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values, 1))))
  const end = seen.at(-1)?.fromMs ?? 1
  const x = (ms: number): string => (MARGIN + (ms / Math.max(end, 1)) * (WIDTH - 2 * MARGIN)).toFixed(1)
  const y = (ms: number): string =>
    (HEIGHT - MARGIN - ((Math.log10(Math.max(ms, 10 ** low)) - low) / (high - low)) * (HEIGHT - 2 * MARGIN)).toFixed(1)
  const grid = Array.from({ length: high - low + 1 }, (_, at) => {
    const ms = 10 ** (low + at)
    return `<path d="M${MARGIN} ${y(ms)}H${WIDTH - MARGIN}" stroke="#8884"/><text x="4" y="${y(ms)}">${ms} ms</text>`
  })
  const lines = LINES.map(({ name, colour, read }, at) => {
    const points = seen.map((one) => `${x(one.fromMs)},${y(read(one))}`).join(" ")
    const label = `<text x="${MARGIN + at * 130}" y="${HEIGHT - 8}" fill="${colour}">${name}</text>`
    return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="1.5"/>${label}`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11" fill="#888">`,
    `<text x="${MARGIN}" y="18" font-size="13">${title}</text>`,
    `<text x="${WIDTH - MARGIN}" y="${HEIGHT - MARGIN + 14}" text-anchor="end">${(end / 1_000).toFixed(0)} s</text>`,
    ...grid,
    ...lines,
    "</svg>",
    "",
  ].join("\n")
}
