import { planned } from "../statement.ts"

/** Out: the server's version, as a number and as text. */
export const selectVersion = planned(
  "select-version",
  `SELECT current_setting('server_version_num'), current_setting('server_version')`,
)
