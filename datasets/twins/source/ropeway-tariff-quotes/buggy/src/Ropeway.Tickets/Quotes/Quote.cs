namespace Ropeway.Tickets.Quotes;

/// <summary>Somebody wants to know the prices of a day.</summary>
public sealed record QuoteRequest(DateOnly Day, int Persons, bool ResidentCard = false);

/// <summary>The prices of a day for one person each.</summary>
public sealed record Quote(DateOnly Day, IReadOnlyList<QuoteLine> Lines);

public sealed record QuoteLine(string Code, string Label, decimal Price);
