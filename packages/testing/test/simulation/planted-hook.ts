// Loaded with `node --import`: puts one defect into the sources of core's runtime as they are loaded. MILLRACE_PLANTED names it.
import { registerHooks } from "node:module"

import { runtimeFaults } from "./runtime-faults.ts"

const name = process.env["MILLRACE_PLANTED"]
const fault = runtimeFaults.find((one) => one.name === name)
if (name !== undefined && fault === undefined) throw new Error(`no planted fault is called "${name}"`)

if (fault !== undefined)
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context)
      if (!url.endsWith(`/packages/core/src/${fault.file}`)) return loaded
      if (loaded.source === undefined || loaded.source === null) return loaded
      const source = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source)
      const found = source.split(fault.find).length - 1
      if (found !== 1) throw new Error(`"${fault.name}": ${fault.file} holds ${found} times what it replaces, not once`)
      return { ...loaded, source: source.replace(fault.find, () => fault.replace) }
    },
  })
