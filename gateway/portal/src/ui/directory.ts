// Titles of units and regions, asked once per session: screens show 陇西县, not 621122 or organizations/longxi.
import { reactive } from 'vue';
import { call } from '@/api/client';
import { listOrganizations, type Organization } from '@/api/generated/registry';

const PAGE = 1000;
const MOST_PAGES = 20;

const state = reactive({ organizations: [] as Organization[], regions: [] as { code: string; title: string }[] });
let loading: Promise<void> | undefined;

async function load(): Promise<void> {
  let page_token = '';
  const all: Organization[] = [];
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await call(listOrganizations, { page_size: PAGE, page_token });
    all.push(...answer.organizations);
    page_token = answer.next_page_token;
    if (!page_token) break;
  }
  state.organizations = all;
  state.regions = all
    .filter((unit) => unit.kind === 'COUNTY_LEVEL' || unit.kind === 'CITY')
    .map((unit) => ({ code: unit.region, title: unit.title }))
    .sort((a, b) => a.code.localeCompare(b.code));
}

/** The directory; it fills itself on first use, and stays empty (codes are shown) when it cannot. */
export function useDirectory() {
  loading ??= load().catch(() => {
    loading = undefined;
  });
  return {
    state,
    ready: loading,
    region: (code: string): string => state.regions.find((region) => region.code === code)?.title ?? code,
    unit: (name: string): string => state.organizations.find((unit) => unit.name === name)?.title ?? name,
  };
}
