import { storeCommand } from "./store-command.ts"

export const doctor = () =>
  storeCommand("doctor", "look for what is wrong, and say what to do", "millrace doctor --url postgres://…").action(
    async (options) => (await import("../verbs/doctor.ts")).doctor(options),
  )
