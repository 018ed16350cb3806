import { render } from './template.js';

/**
 * The messages of a mailing: every letter for every recipient, with their data filled in.
 * A letter is { id, subject, body }, a recipient { address, data }.
 */
export function* messagesOf(letters, recipients) {
  for (const letter of letters) {
    for (const { address, data } of recipients) {
      yield {
        letter: letter.id,
        to: [address],
        subject: render(letter.subject, data),
        body: render(letter.body, data),
      };
    }
  }
}
