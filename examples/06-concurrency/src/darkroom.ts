import { setTimeout as pause } from "node:timers/promises"

/** How long one picture takes: a service that is slow, whoever calls it. */
export const DEVELOP_MS = 100

/** Where pictures are developed. It has room for all of them, and notes what happened. */
export class Darkroom {
  #inside = 0
  most = 0
  readonly order: number[] = []

  async develop(picture: number): Promise<void> {
    this.#inside += 1
    this.most = Math.max(this.most, this.#inside)
    await pause(DEVELOP_MS)
    this.#inside -= 1
    this.order.push(picture)
  }
}
