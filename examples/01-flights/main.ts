import { demo } from "./src/demo.ts"
import { readOptions } from "./src/options.ts"

try {
  const sound = await demo(readOptions(process.argv))
  // An abandoned worker would keep this process alive.
  process.exit(sound ? 0 : 1)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
