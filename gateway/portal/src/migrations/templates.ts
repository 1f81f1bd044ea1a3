// The templates of approvals, for screens that choose or name them.
import { computed, type ComputedRef } from 'vue';
import { call } from '@/api/client';
import { listProcedureTypes, listTemplates, type Template } from '@/api/generated/preapproval';
import { useLoad, type Loaded } from '@/ui/load';

export interface Templates extends Loaded<Template[]> {
  /** Those that cases can have. */
  published: ComputedRef<Template[]>;
  find: (name: string) => Template | undefined;
  title: (name: string) => string;
  /** "P10 可行性研究报告批复": a code with what it stands for. */
  procedure: (code: string) => string;
}

export function useTemplates(): Templates {
  const loaded = useLoad([], async (signal) => (await call(listTemplates, { page_size: 1000 }, signal)).templates, { of: ['template'] });
  const types = useLoad([], async (signal) => new Map((await call(listProcedureTypes, { page_size: 1000 }, signal)).procedure_types.map((type) => [type.name.replace('procedureTypes/', ''), type.title])), { of: ['procedure_type'] });
  const find = (name: string): Template | undefined => loaded.data.value?.find((one) => one.name === name);
  return {
    ...loaded, find, published: computed(() => (loaded.data.value ?? []).filter((one) => one.state === 'PUBLISHED')),
    title: (name) => find(name)?.title ?? name, procedure: (code) => `${code} ${types.data.value?.get(code) ?? ''}`.trim(),
  };
}
