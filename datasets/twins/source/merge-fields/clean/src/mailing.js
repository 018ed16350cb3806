import { fieldsOf, hasFields, isFilled, render } from './template.js';

const BULK_SIZE = 500;

const textOf = ({ subject, body }) => `${subject}\n${body}`;

/**
 * The messages of a mailing. A letter without fields is the same for everybody and makes messages to many recipients
 * each; one with fields makes a message for every recipient, with their data filled in.
 * A letter is { id, subject, body }, a recipient { address, data }.
 */
export function* messagesOf(letters, recipients) {
  const kindOf = (letter) => (hasFields(textOf(letter)) ? 'personal' : 'bulk');
  const { bulk = [], personal = [] } = Object.groupBy(letters, kindOf);

  for (const { id, subject, body } of bulk) {
    for (let from = 0; from < recipients.length; from += BULK_SIZE) {
      const to = recipients.slice(from, from + BULK_SIZE).map(({ address }) => address);
      yield { letter: id, to, subject, body };
    }
  }
  for (const { id, subject, body } of personal) {
    for (const { address, data } of recipients) {
      yield { letter: id, to: [address], subject: render(subject, data), body: render(body, data) };
    }
  }
}

/** What is missing before a mailing can go out: { letter, address, path } for each field without a value. */
export function missingFields(letters, recipients) {
  return letters.flatMap((letter) => {
    const paths = fieldsOf(textOf(letter));
    return recipients.flatMap(({ address, data }) =>
      paths.filter((path) => !isFilled(data, path)).map((path) => ({ letter: letter.id, address, path })),
    );
  });
}
