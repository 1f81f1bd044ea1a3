import { createRouter, createWebHistory } from 'vue-router';
import { keepAsOf } from '@/asof/asof';

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'overview', component: () => import('@/overview/OverviewPage.vue') },
    { path: '/regions/:region', name: 'region', component: () => import('@/regions/RegionPage.vue') },
    { path: '/work', name: 'work', component: () => import('@/desk/WorkPage.vue') },
    { path: '/bulletin', name: 'bulletin', component: () => import('@/bulletin/BulletinPage.vue') },
    { path: '/lists', name: 'lists', component: () => import('@/lists/CataloguePage.vue') },
    { path: '/lists/:list', name: 'list', component: () => import('@/lists/ListPage.vue') },
    { path: '/lists/:list/compare', name: 'compare', component: () => import('@/lists/ComparePage.vue') },
    { path: '/lists/:list/adjustments', name: 'adjustments', component: () => import('@/lists/AdjustmentsPage.vue') },
    { path: '/import', name: 'import', component: () => import('@/imports/ImportPage.vue') },
    { path: '/projects/:project', name: 'project', component: () => import('@/project/ProjectPage.vue') },
    { path: '/scenarios', name: 'scenarios', component: () => import('@/scenarios/ScenariosPage.vue') },
    { path: '/scenarios/new', name: 'new-scenario', component: () => import('@/scenarios/NewScenarioPage.vue') },
    { path: '/scenarios/:scenario', name: 'scenario', component: () => import('@/scenarios/ScenarioPage.vue') },
    { path: '/caseMigrations', name: 'migrations', component: () => import('@/migrations/MigrationsPage.vue') },
    { path: '/caseMigrations/new', name: 'new-migration', component: () => import('@/migrations/NewMigrationPage.vue') },
    { path: '/caseMigrations/:migration', name: 'migration', component: () => import('@/migrations/MigrationPage.vue') },
    { path: '/search', name: 'search', component: () => import('@/search/SearchPage.vue') },
    { path: '/feedback', name: 'feedback', component: () => import('@/feedback/FeedbackPage.vue') },
    { path: '/:rest(.*)*', name: 'absent', component: () => import('./AbsentPage.vue') },
  ],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
});
keepAsOf(router);
