// Checks the rules of the house: imports, names, sizes, holes in the types, banned words.
import { checkHouse } from "./arrows/check-house.ts"
import { report } from "./problem.ts"
import { repository } from "./repository.ts"

const { files, problems } = checkHouse(repository)
report("arrows", `${files} files`, problems)
