const MINIMUM_CENTS = 3500;

/** Counts the words of an order's documents and puts a price on it; running it again sets the same price. */
export function priceOrder({ orders, countWords }) {
  return async ({ orderId }) => {
    const order = await orders.find(orderId);
    const total = { words: 0, pages: 0 };

    for (const document of order.documents) {
      total.words += await countWords(document.key);
      total.pages += document.pages;
    }

    const cents = Math.max(MINIMUM_CENTS, Math.ceil(total.words * order.centsPerWord));
    await orders.setPrice(orderId, { ...total, cents });
  };
}
