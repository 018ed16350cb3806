using Freightdesk.Api.Depots;
using Freightdesk.Api.Shipments;
using Freightdesk.Api.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace Freightdesk.Api.Data;

public sealed class FreightContext : DbContext
{
    private readonly ICurrentTenant _tenant;

    public FreightContext(DbContextOptions<FreightContext> options, ICurrentTenant tenant)
        : base(options)
    {
        _tenant = tenant;
    }

    public DbSet<Shipment> Shipments => Set<Shipment>();

    public DbSet<Depot> Depots => Set<Depot>();

    /// <summary>The forwarder whose staff sends the current request.</summary>
    public Guid TenantId => _tenant.Id;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Shipment>(shipment =>
        {
            shipment.Property(s => s.Reference).HasMaxLength(40);
            shipment.HasIndex(s => new { s.TenantId, s.DepartsAt });
            shipment.HasQueryFilter(s => s.TenantId == TenantId);
        });

        modelBuilder.Entity<Depot>(depot =>
        {
            depot.Property(d => d.Name).HasMaxLength(80);
            depot.HasQueryFilter(d => d.TenantId == TenantId);
        });
    }
}
