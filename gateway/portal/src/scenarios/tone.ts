import type { Scenario_State as State } from '@/api/generated/preapproval';

/** How the state of a what-if looks. */
export const TONES: Record<State, 'good' | 'run' | 'plain'> = { STATE_UNSPECIFIED: 'plain', OPEN: 'run', APPLIED: 'good', DROPPED: 'plain' };
