import { describe, expect, it } from "vitest"

import {
  type Backend,
  CONTRACT_VERSION,
  ContractDiffers,
  createApp,
  memoryBackend,
  openBackend,
} from "../../src/index.ts"

describe("a URL that names no storage", () => {
  it.each([
    ["paper", '"paper" names no storage'],
    ["paper:shop", "@millrace/paper"],
  ])("%s is refused with what to do", async (url, says) => {
    const opened = openBackend(url)
    await expect(opened).rejects.toThrow(says)
    await expect(opened).rejects.toMatchObject({ code: "backend-not-found" })
  })
})

describe("a backend of another contract", () => {
  /** A backend that was written for another version, and whose every method fails the test. */
  const written = (contract: number | undefined): Backend => {
    const { capabilities, operator } = memoryBackend()
    const untouched = (): never => {
      throw new Error("the storage was touched")
    }
    const methods = ["migrate", "append", "read", "documents", "ensureGroup", "claim", "extend", "settle", "promote"]
    return Object.assign(
      { ...memoryBackend() },
      {
        capabilities: { ...capabilities, contract },
        operator,
        ...Object.fromEntries([...methods, "heartbeat", "listen"].map((method) => [method, untouched])),
      },
    )
  }

  it("is refused before anything is read or written, with the package that has to be updated", async () => {
    const newer = createApp({ backend: written(CONTRACT_VERSION + 1) })
    await expect(newer).rejects.toThrow(ContractDiffers)
    await expect(newer).rejects.toMatchObject({
      code: "contract-differs",
      expected: CONTRACT_VERSION,
      actual: CONTRACT_VERSION + 1,
    })
    await expect(newer).rejects.toThrow("update @millrace/core,")
    const older = createApp({ backend: written(CONTRACT_VERSION - 1) })
    await expect(older).rejects.toThrow("update the backend's package")
  })

  it("is refused as well where it is of before there was a number", async () => {
    await expect(createApp({ backend: written(undefined) })).rejects.toMatchObject({
      code: "contract-differs",
      actual: undefined,
    })
  })

  it("is opened where it is of this one", async () => {
    const app = await createApp({ backend: memoryBackend() })
    expect((await app.stats()).messages).toBe(0)
    await app.close()
  })
})
