// What the JSON door says when it refuses, in the shape that screens show.

/** One violation of a request: the path of a field and what is wrong with it. */
export interface Violation {
  field: string;
  description: string;
}

interface Detail {
  '@type': string;
  reason?: string;
  metadata?: Record<string, string>;
  locale?: string;
  message?: string;
  field_violations?: Violation[];
  /** Of a PreconditionFailure. */
  violations?: { description?: string }[];
}

/** An answer that is an error, or no answer at all (status 0). */
export class ApiError extends Error {
  readonly status: number;
  /** The stable reason of docs/errors.md, such as "ETAG_MISMATCH"; "UNREACHABLE" when nobody answered. */
  readonly reason: string;
  readonly metadata: Record<string, string>;
  readonly violations: Violation[];
  /** What has to be done first, in words. */
  readonly preconditions: string[];
  /** The text in Chinese; the message itself is English. */
  readonly chinese: string;

  constructor(status: number, body: unknown) {
    const error = (body as { error?: { message?: string; details?: Detail[] } } | undefined)?.error;
    super(error?.message ?? (status === 0 ? 'The server does not answer.' : `HTTP ${status}`));
    const details = error?.details ?? [];
    const info = details.find((detail) => detail['@type'].endsWith('ErrorInfo'));
    this.status = status;
    this.reason = info?.reason ?? (status === 0 ? 'UNREACHABLE' : '');
    this.metadata = info?.metadata ?? {};
    this.violations = details.flatMap((detail) => detail.field_violations ?? []);
    this.preconditions = details.flatMap((detail) => detail.violations ?? []).map((one) => one.description ?? '');
    this.chinese = details.find((detail) => detail.locale === 'zh-CN')?.message ?? (status === 0 ? '服务器没有应答。' : this.message);
  }
}
