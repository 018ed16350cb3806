using Freightdesk.Api.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Freightdesk.Api.Shipments;

public static class ShipmentEndpoints
{
    private const int PageSize = 50;

    public static void MapShipments(this IEndpointRouteBuilder routes)
    {
        var shipments = routes.MapGroup("/shipments").RequireAuthorization();
        shipments.MapGet("/", ListAsync);
        shipments.MapGet("/{id:guid}", FindAsync);
        shipments.MapDelete("/{id:guid}", DeleteAsync);
    }

    private static async Task<Ok<List<ShipmentSummary>>> ListAsync(
        FreightContext db,
        TimeProvider clock,
        CancellationToken ct,
        int page = 1)
    {
        var now = clock.GetUtcNow();
        var upcoming = db.Shipments.Where(s => s.DepartsAt >= now).OrderBy(s => s.DepartsAt).ThenBy(s => s.Id);
        return TypedResults.Ok(await SummariesAsync(upcoming, page, ct));
    }

    private static async Task<Results<Ok<Shipment>, NotFound>> FindAsync(
        Guid id,
        FreightContext db,
        CancellationToken ct)
    {
        var shipment = await db.Shipments.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, ct);
        return shipment is null ? TypedResults.NotFound() : TypedResults.Ok(shipment);
    }

    private static async Task<Results<NoContent, NotFound>> DeleteAsync(
        Guid id,
        FreightContext db,
        CancellationToken ct)
    {
        var shipment = await db.Shipments.SingleOrDefaultAsync(s => s.Id == id, ct);
        if (shipment is null)
        {
            return TypedResults.NotFound();
        }

        db.Shipments.Remove(shipment);
        await db.SaveChangesAsync(ct);
        return TypedResults.NoContent();
    }

    private static Task<List<ShipmentSummary>> SummariesAsync(
        IQueryable<Shipment> shipments,
        int page,
        CancellationToken ct) =>
        shipments
            .Skip((Math.Max(page, 1) - 1) * PageSize)
            .Take(PageSize)
            .Select(s => new ShipmentSummary(s.Id, s.Reference, s.Consignee, s.DepartsAt))
            .ToListAsync(ct);
}
