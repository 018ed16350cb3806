namespace Tidewater.Signage.Publishing;

/// <summary>What became of one day's tide table; it is what the harbour office sees in the morning.</summary>
/// <param name="Day">The day of the table.</param>
/// <param name="Reached">How many boards show the table.</param>
/// <param name="Unreachable">The names of the boards that did not take it, sorted.</param>
/// <param name="Elapsed">How long it took until the last board had answered or was given up.</param>
public sealed record PublicationReport(
    DateOnly Day,
    int Reached,
    IReadOnlyList<string> Unreachable,
    TimeSpan Elapsed);
