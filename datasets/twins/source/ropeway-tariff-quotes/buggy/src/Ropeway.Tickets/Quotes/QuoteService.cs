using Ropeway.Tickets.Tariffs;

namespace Ropeway.Tickets.Quotes;

/// <summary>Tells the web shop and the ticket machines what a ride costs.</summary>
public sealed class QuoteService
{
    private const int GroupSize = 12;
    private const decimal GroupFactor = 0.9m;
    private const decimal ResidentFactor = 0.75m;

    private readonly TariffBook _book;

    public QuoteService(TariffBook book) => _book = book;

    public async Task<Quote> QuoteAsync(QuoteRequest request, CancellationToken ct)
    {
        var tariffs = await _book.ForDayAsync(request.Day, ct);
        var factor = FactorFor(request);

        foreach (var tariff in tariffs)
        {
            tariff.Price = Rounded(tariff.Price * factor);
        }

        var lines = tariffs.Select(t => new QuoteLine(t.Code, t.Label, t.Price)).ToList();
        return new Quote(request.Day, lines);
    }

    private static decimal FactorFor(QuoteRequest request) =>
        request switch
        {
            { ResidentCard: true } => ResidentFactor,
            { Persons: >= GroupSize } => GroupFactor,
            _ => 1m,
        };

    private static decimal Rounded(decimal price) => decimal.Round(price, 2, MidpointRounding.AwayFromZero);
}
