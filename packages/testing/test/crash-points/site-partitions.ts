/** The partitions of a log in which calls are struck: as few as a claim can be handed several slices of. */
export const SITE_PARTITIONS = 2
