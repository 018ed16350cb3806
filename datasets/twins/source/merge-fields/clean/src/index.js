export { messagesOf, missingFields } from './mailing.js';
export { fieldsOf, hasFields, MissingField, render } from './template.js';
