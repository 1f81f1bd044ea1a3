// A real identity provider on this machine (npm's oidc-provider) for the tests of signing in there, and how an installation is told of it.
// People are who they say: its sign-in page asks for a name alone.
import { createServer } from 'node:http';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Provider from 'oidc-provider';
import { eventually } from './stack.mjs';

const CLIENT = 'yaoshi';
const form = (action) => `<!doctype html><link rel="icon" href="data:,"><title>统一身份认证</title><form method="post" action="${action}"><input name="person"><button name="go" value="in">登录</button><button name="go" value="no">拒绝</button></form>`;

function newKey(kid) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
}

async function bodyOf(request) {
  let text = '';
  for await (const piece of request) text += piece;
  return new URLSearchParams(text);
}

export class IdentityProvider {
  /** Begins to listen; `host` is part of the issuer, so that a browser can find it on another site than the gateway. */
  static async start({ host = '127.0.0.1' } = {}) {
    const self = new IdentityProvider();
    self.secret = randomBytes(24).toString('base64url');
    self.claims = (person) => ({ preferred_username: person });
    self.keys = [newKey('k1')];
    self.tokensIssued = 0;
    self.server = createServer((request, response) => self.#serve(request, response));
    await new Promise((resolve) => self.server.listen(0, '127.0.0.1', resolve));
    self.port = self.server.address().port;
    self.issuer = `http://${host}:${self.port}`;
    return self;
  }

  /** Knows the gateway from now on. */
  serve(gatewayUrl) {
    this.gatewayUrl = gatewayUrl;
    this.#make();
  }

  /** Signs with another key from now on; those before are published no more. */
  rotate() {
    this.keys = [newKey(`k${this.keys.length + 1}-${randomBytes(3).toString('hex')}`)];
    this.#make();
  }

  /** Is not there, or there again. */
  async away(away) {
    if (away) {
      this.server.closeAllConnections();
      await new Promise((resolve) => this.server.close(resolve));
    } else {
      await new Promise((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    }
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #make() {
    this.provider = new Provider(this.issuer, {
      jwks: { keys: this.keys },
      clients: [{ client_id: CLIENT, client_secret: this.secret, redirect_uris: [`${this.gatewayUrl}/v1/sessions/oidc/callback`], post_logout_redirect_uris: [`${this.gatewayUrl}/`] }],
      claims: { openid: ['sub'], profile: ['preferred_username'] },
      conformIdTokenClaims: false,
      pkce: { required: () => true },
      cookies: { keys: ['a key of the tests'] },
      ttl: { Interaction: 600, Grant: 3600, Session: 3600, AccessToken: 600, IdToken: 600 },
      features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true, logoutSource: (ctx, inner) => { ctx.body = `<!doctype html><title>退出统一身份认证</title>${inner}<button form="op.logoutForm" name="logout" value="yes">退出</button>`; } } },
      interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...this.claims(id) }) }),
      loadExistingGrant: async (ctx) => {
        const grant = new ctx.oidc.provider.Grant({ accountId: ctx.oidc.session.accountId, clientId: ctx.oidc.client.clientId });
        grant.addOIDCScope('openid profile');
        await grant.save();
        return grant;
      },
    });
    this.provider.on('grant.success', () => { this.tokensIssued += 1; });
  }

  async #serve(request, response) {
    if (!request.url.startsWith('/interaction/')) return this.provider.callback()(request, response);
    if (request.method === 'GET') return response.setHeader('content-type', 'text/html; charset=utf-8').end(form(request.url));
    const filled = await bodyOf(request);
    const result = filled.get('go') === 'no' ? { error: 'access_denied', error_description: '<b>no</b>' } : { login: { accountId: filled.get('person') } };
    await this.provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    return undefined;
  }
}

/** Tells the gateway of the installation of the provider: its flags lie in run/gateway.flags, and it is started again. */
export async function connect(stack, provider, more = []) {
  provider.serve(stack.url);
  const before = await stack.pid('gateway');
  const secret = join(stack.home, 'keys', 'oidc.secret');
  writeFileSync(secret, provider.secret, { mode: 0o600 });
  const flags = ['--oidc-issuer', provider.issuer, '--oidc-client-id', CLIENT, '--oidc-client-secret-file', secret, '--oidc-public-url', stack.url, ...more];
  writeFileSync(join(stack.home, 'run', 'gateway.flags'), `# The provider of a test.\n${flags.join('\n')}\n`);
  process.kill(before, 'SIGTERM');
  await eventually('the gateway offers the provider', async () => {
    if ((await stack.pid('gateway')) === before || !(await fetch(`${stack.url}/healthz`)).ok) return false;
    return (await (await fetch(`${stack.url}/v1/sessions/options`)).json()).oidc_path;
  }, { within_ms: 40000 });
}

/** A browser without a screen: keeps cookies by host and port, follows redirects one by one. */
export class Visitor {
  constructor() {
    this.jars = new Map();
  }

  jar(url) {
    const { host } = new URL(url);
    if (!this.jars.has(host)) this.jars.set(host, new Map());
    return this.jars.get(host);
  }

  async fetch(url, { method = 'GET', body, headers = {} } = {}) {
    const cookie = [...this.jar(url)].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { method, body, redirect: 'manual', headers: { ...(cookie ? { cookie } : {}), ...headers } });
    for (const set of answer.headers.getSetCookie()) {
      const [pair, ...attributes] = set.split(/; ?/);
      const at = pair.indexOf('=');
      const gone = attributes.some((a) => /^max-age=0$/i.test(a) || (/^expires=/i.test(a) && Date.parse(a.slice(8)) < Date.now()));
      if (gone) this.jar(url).delete(pair.slice(0, at));
      else this.jar(url).set(pair.slice(0, at), pair.slice(at + 1));
    }
    return answer;
  }

  /** From the gateway to the address that the provider leads back to, as `person`, or as somebody who says no. */
  async toCallback(gatewayUrl, person, { returnTo = '/lists', deny = false } = {}) {
    let answer = await this.fetch(`${gatewayUrl}/v1/sessions/oidc/start?return_to=${encodeURIComponent(returnTo)}`);
    let url = `${gatewayUrl}/v1/sessions/oidc/start`;
    for (let steps = 0; steps < 10; steps++) {
      const next = answer.headers.get('location');
      if (!next) {
        if (!url.includes('/interaction/')) throw new Error(`stranded at ${url}: ${answer.status} ${(await answer.text()).slice(0, 500)}`);
        answer = await this.fetch(url, { method: 'POST', body: new URLSearchParams({ person, go: deny ? 'no' : 'in' }) });
        continue;
      }
      url = new URL(next, url).href;
      if (url.startsWith(`${gatewayUrl}/v1/sessions/oidc/callback`)) return url;
      answer = await this.fetch(url);
    }
    throw new Error('the provider leads nowhere');
  }

  async signIn(gatewayUrl, person, options) {
    return this.fetch(await this.toCallback(gatewayUrl, person, options));
  }
}
