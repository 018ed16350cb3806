'use strict';

// Tokens are renewed a little early so that none expires while a request is on its way.
const RENEW_EARLY_MS = 30_000;

class CrmSession {
  constructor({ http, clientId, clientSecret, now = Date.now }) {
    this.http = http;
    this.clientId = clientId;
    this.clientSecret = clientSecret;
    this.now = now;
    this.token = null;
    this.expiresAt = 0;
    this.renewal = null;
  }

  /** The current token; callers that arrive while one is being fetched share that fetch. */
  async accessToken() {
    if (this.token && this.now() < this.expiresAt - RENEW_EARLY_MS) {
      return this.token;
    }
    if (!this.renewal) {
      this.renewal = this.renew().finally(() => {
        this.renewal = null;
      });
    }
    return this.renewal;
  }

  async renew() {
    const reply = await this.http.post('/oauth/token', {
      grant_type: 'client_credentials',
      client_id: this.clientId,
      client_secret: this.clientSecret,
    });
    if (reply.status !== 200) {
      throw new Error(`CRM refused a token: HTTP ${reply.status}`);
    }
    this.token = reply.body.access_token;
    this.expiresAt = this.now() + reply.body.expires_in * 1000;
    return this.token;
  }

  /** Forgets a token the CRM no longer accepts, unless a newer one has taken its place. */
  forget(token) {
    if (this.token === token) {
      this.token = null;
      this.expiresAt = 0;
    }
  }

  /** Sends one request with a valid token, and once more if the CRM has revoked that token. */
  async request(method, path, body) {
    const token = await this.accessToken();
    const reply = await this.send(method, path, body, token);
    if (reply.status !== 401) {
      return reply;
    }
    this.forget(token);
    return this.send(method, path, body, await this.accessToken());
  }

  send(method, path, body, token) {
    return this.http.send(method, path, { body, headers: { authorization: `Bearer ${token}` } });
  }
}

module.exports = { CrmSession };
