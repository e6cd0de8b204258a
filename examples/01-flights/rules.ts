/** A departure is late from this delay on. */
export const LATE_MINUTES = 20

/** So many late departures of one airport in a row make it hold departures. */
export const LATE_RUN = 3

/** A delay from here on is telemetry's business. */
export const SEVERE_MINUTES = 120

/** How long after the run the hold begins: half an hour at the airport, a second and a half here. */
export const HOLD_AFTER_MS = 1_500
