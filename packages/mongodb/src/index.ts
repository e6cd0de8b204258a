export { mongodbBackend } from "./mongodb-backend.ts"
export { mongodb, type MongodbTx } from "./mongodb-token.ts"
export { open } from "./open.ts"
export type { MongodbOptions } from "./options.ts"
