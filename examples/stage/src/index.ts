export { logger } from "./logger.ts"
export { openStage, type Stage } from "./open-stage.ts"
export { say } from "./say.ts"
export type { Ended, ServiceProcess } from "./service-process.ts"
