import { outputTo } from "../render/output.ts"

/** Prints what a config file means, secrets masked. */
export async function show(file: string): Promise<void> {
  const { loadConfig, maskUrls } = await import("@millrace/bus/config")
  outputTo(process.stdout, true).answer(maskUrls(await loadConfig(file)), () => "")
}

/** Prints the JSON Schema of config files. */
export async function schema(): Promise<void> {
  const { configJsonSchema } = await import("@millrace/bus/config")
  outputTo(process.stdout, true).answer(configJsonSchema(), () => "")
}
