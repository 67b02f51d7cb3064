global using Slipway.Core.Settings;
