export { messagesOf } from './mailing.js';
export { MissingField, render } from './template.js';
