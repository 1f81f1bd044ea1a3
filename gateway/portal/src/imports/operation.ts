// An import under way: asked for its progress until it is done.
import { call } from '@/api/client';
import { cancelOperation, getOperation, type ImportProgress } from '@/api/generated/common';
import type { Operation } from '@/api/generated/google_longrunning';
import type { ImportResult } from '@/api/generated/registry';
import { ApiError } from '@/api/error';

const ASK_EVERY_MS = 400;

// Every service has operations; the door tells them apart by a word in the path.
const ofRegistry = <T extends { path: string }>(method: T): T => ({ ...method, path: method.path.replace('/v1/', '/v1/registry/') });

/** The result of an operation. `heard` gets its progress; an aborted signal stops the asking, not the operation. */
export async function finish(operation: Operation, heard: (progress: ImportProgress) => void, signal: AbortSignal): Promise<ImportResult> {
  for (let now = operation; ; now = await call(ofRegistry(getOperation), { name: operation.name }, signal)) {
    if (now.metadata) heard(now.metadata as unknown as ImportProgress);
    if (now.done) {
      if (now.error) throw new ApiError(400, { error: now.error });
      return now.response as unknown as ImportResult;
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

export const cancel = (name: string): Promise<Operation> => call(ofRegistry(cancelOperation), { name });
