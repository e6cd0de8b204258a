import { createBus } from "@millrace/bus"

import { Auth } from "../../../api.ts"

const accounts = await createBus({ service: "accounts", apis: [Auth] })
const directory = await createBus({ service: "directory", uses: [Auth] })

await accounts.auth.userCreated.fire({ username: "adam", email: "adam@example.com" })
// refused: 'password' does not exist in type
await accounts.auth.userCreated.fire({ username: "adam", password: "adam@example.com" })
// refused: Property 'fire' does not exist on type
await directory.auth.userCreated.fire({ username: "adam", email: "adam@example.com" })
// refused: Property 'password' does not exist on type
directory.auth.userCreated.listen(({ password }) => void password, { listenerName: "user_created" })
// refused: Expected 2 arguments, but got 1.
directory.auth.userDeleted.listen(() => {})
