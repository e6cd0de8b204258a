declare module "asciichart" {
  /** Draws series of numbers as lines of text. */
  export function plot(
    series: readonly number[] | readonly (readonly number[])[],
    options?: { readonly height?: number; readonly min?: number; readonly format?: (value: number) => string },
  ): string
}
