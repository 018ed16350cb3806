using Microsoft.EntityFrameworkCore;
using Ropeway.Tickets.Storage;

namespace Ropeway.Tickets.Tariffs;

/// <summary>The prices on the board at the valley station.</summary>
public sealed class TariffBook
{
    private readonly TicketContext _db;

    public TariffBook(TicketContext db) => _db = db;

    /// <summary>The tariffs that are sold for the day, in the order of the board.</summary>
    public async Task<IReadOnlyList<Tariff>> ForDayAsync(DateOnly day, CancellationToken ct)
    {
        return await _db.Tariffs
            .AsNoTracking()
            .Where(t => t.ValidFrom <= day && day <= t.ValidTo)
            .OrderBy(t => t.BoardPosition)
            .ToListAsync(ct);
    }
}
