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
  }

  async accessToken() {
    if (this.token && this.now() < this.expiresAt - RENEW_EARLY_MS) {
      return this.token;
    }
    return this.renew();
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

  /** Sends one request with a valid token. */
  async request(method, path, body) {
    const token = await this.accessToken();
    return this.http.send(method, path, { body, headers: { authorization: `Bearer ${token}` } });
  }
}

module.exports = { CrmSession };
