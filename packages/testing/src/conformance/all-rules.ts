import type { Harness } from "./harness.ts"
import type { Rule } from "./rule.ts"
import { expectationRules } from "./rules/append-expectations.rules.ts"
import { repeatRules } from "./rules/append-repeats.rules.ts"
import { appendRules } from "./rules/append.rules.ts"
import { claimRules } from "./rules/claim.rules.ts"
import { clockRules } from "./rules/clock.rules.ts"
import { documentRules } from "./rules/documents.rules.ts"
import { fencingRules } from "./rules/fencing.rules.ts"
import { groupTypeRules } from "./rules/group-types.rules.ts"
import { groupRules } from "./rules/groups.rules.ts"
import { handOverRules } from "./rules/hand-over.rules.ts"
import { keyOrderRules } from "./rules/key-order.rules.ts"
import { laneTypeRules } from "./rules/lane-types.rules.ts"
import { laneRules } from "./rules/lanes.rules.ts"
import { leaseRules } from "./rules/leases.rules.ts"
import { listenRules } from "./rules/listen.rules.ts"
import { logOrderRules } from "./rules/log-order.rules.ts"
import { maxLaneRules } from "./rules/max-lanes.rules.ts"
import { migrateRules } from "./rules/migrate.rules.ts"
import { operatorGroupRules } from "./rules/operator-groups.rules.ts"
import { operatorLaneRules } from "./rules/operator-lanes.rules.ts"
import { operatorLogRules } from "./rules/operator-log.rules.ts"
import { processRules } from "./rules/processes.rules.ts"
import { readStreamRules } from "./rules/read-streams.rules.ts"
import { readRules } from "./rules/read.rules.ts"
import { reopenRules } from "./rules/reopen.rules.ts"
import { replayRules } from "./rules/replay.rules.ts"
import { reservedRules } from "./rules/reserved.rules.ts"
import { resetOrderRules } from "./rules/reset-orders.rules.ts"
import { riskRules } from "./rules/risks.rules.ts"
import { scheduleRules } from "./rules/schedules.rules.ts"
import { settlePartRules } from "./rules/settle-parts.rules.ts"
import { settlePlaceRules } from "./rules/settle-places.rules.ts"
import { settleRepeatRules } from "./rules/settle-repeats.rules.ts"
import { settleWorkRules } from "./rules/settle-work.rules.ts"
import { settleRules } from "./rules/settle.rules.ts"
import { severalSlicesRules } from "./rules/several-slices.rules.ts"
import { takeOverRules } from "./rules/take-overs.rules.ts"
import { thinnedLogRules } from "./rules/thinned-log.rules.ts"
import { transferRules } from "./rules/transfer.rules.ts"
import { trimCategoryRules } from "./rules/trim-category.rules.ts"
import { trimRules } from "./rules/trim.rules.ts"

/** The rules of one part of the contract. */
export interface RuleGroup {
  readonly subject: string
  readonly rules: readonly Rule[]
}

/** Every rule of the contract, in the order of its methods. */
export const allRules: readonly RuleGroup[] = [
  { subject: "migrate, close and capabilities", rules: migrateRules },
  { subject: "risks", rules: riskRules },
  { subject: "opened anew", rules: reopenRules },
  { subject: "append", rules: appendRules },
  { subject: "append: expected versions", rules: expectationRules },
  { subject: "append: repetitions", rules: repeatRules },
  { subject: "read", rules: readRules },
  { subject: "read: streams", rules: readStreamRules },
  { subject: "documents", rules: documentRules },
  { subject: "groups", rules: groupRules },
  { subject: "groups: wanted types", rules: groupTypeRules },
  { subject: "claim", rules: claimRules },
  { subject: "claim: several slices", rules: severalSlicesRules },
  { subject: "leases", rules: leaseRules },
  { subject: "leases: take-overs", rules: takeOverRules },
  { subject: "lanes", rules: laneRules },
  { subject: "lanes: types", rules: laneTypeRules },
  { subject: "lanes: hand-over", rules: handOverRules },
  { subject: "lanes: how many", rules: maxLaneRules },
  { subject: "settle", rules: settleRules },
  { subject: "settle: parts", rules: settlePartRules },
  { subject: "settle: places", rules: settlePlaceRules },
  { subject: "settle: work", rules: settleWorkRules },
  { subject: "settle: repetitions", rules: settleRepeatRules },
  { subject: "settle: fencing", rules: fencingRules },
  { subject: "order: log", rules: logOrderRules },
  { subject: "order: key", rules: keyOrderRules },
  { subject: "replay", rules: replayRules },
  { subject: "replay: other orders", rules: resetOrderRules },
  { subject: "schedules", rules: scheduleRules },
  { subject: "a clock that was set back", rules: clockRules },
  { subject: "processes", rules: processRules },
  { subject: "processes: what is reserved", rules: reservedRules },
  { subject: "listen", rules: listenRules },
  { subject: "operator: groups", rules: operatorGroupRules },
  { subject: "operator: lanes", rules: operatorLaneRules },
  { subject: "operator: the log", rules: operatorLogRules },
  { subject: "operator: trim", rules: trimRules },
  { subject: "operator: trim of a category", rules: trimCategoryRules },
  { subject: "operator: a log with empty places", rules: thinnedLogRules },
  { subject: "operator: transfer", rules: transferRules },
]

/** The rules that are for a harness: all but those that need what it lacks. Subjects without any are left out. */
export function rulesFor(
  { lacks = [] }: Pick<Harness, "lacks">,
  groups: readonly RuleGroup[] = allRules,
): readonly RuleGroup[] {
  return groups
    .map(({ subject, rules }) => ({
      subject,
      rules: rules.filter(({ needs }) => needs === undefined || !lacks.includes(needs)),
    }))
    .filter(({ rules }) => rules.length > 0)
}

/** The names of all rules: what a harness's deviations name. */
export const ruleNames: readonly string[] = allRules.flatMap(({ rules }) => rules.map(({ name }) => name))
