const MINIMUM_CENTS = 3500;
const AT_ONCE = 8;

/** Counts the words of an order's documents and puts a price on it; running it again sets the same price. */
export function priceOrder({ orders, countWords }) {
  return async ({ orderId }) => {
    const order = await orders.find(orderId);
    const total = { words: 0, pages: 0 };

    for (let from = 0; from < order.documents.length; from += AT_ONCE) {
      const batch = order.documents.slice(from, from + AT_ONCE);
      await Promise.all(
        batch.map(async (document) => {
          const words = await countWords(document.key);
          total.words += words;
          total.pages += document.pages;
        }),
      );
    }

    const cents = Math.max(MINIMUM_CENTS, Math.ceil(total.words * order.centsPerWord));
    await orders.setPrice(orderId, { ...total, cents });
  };
}
