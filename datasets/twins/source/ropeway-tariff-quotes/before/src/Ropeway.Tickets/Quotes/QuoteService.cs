using Ropeway.Tickets.Tariffs;

namespace Ropeway.Tickets.Quotes;

/// <summary>Tells the web shop and the ticket machines what a ride costs.</summary>
public sealed class QuoteService
{
    private const int GroupSize = 12;
    private const decimal GroupFactor = 0.9m;

    private readonly TariffBook _book;

    public QuoteService(TariffBook book) => _book = book;

    public async Task<Quote> QuoteAsync(QuoteRequest request, CancellationToken ct)
    {
        var tariffs = await _book.ForDayAsync(request.Day, ct);

        if (request.Persons >= GroupSize)
        {
            foreach (var tariff in tariffs)
            {
                tariff.Price = Rounded(tariff.Price * GroupFactor);
            }
        }

        var lines = tariffs.Select(t => new QuoteLine(t.Code, t.Label, t.Price)).ToList();
        return new Quote(request.Day, lines);
    }

    private static decimal Rounded(decimal price) => decimal.Round(price, 2, MidpointRounding.AwayFromZero);
}
